"""What a user may ask of a de-identification, as the DICOM Standard names it, and the codes of the methods that ran."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from bogam.core.errors import UserError, say

BASIC = ("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
CODES = {
    "clean_descriptors": ("113105", "Clean Descriptors Option"),
    "retain_full_dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "retain_modified_dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "retain_characteristics": ("113108", "Retain Patient Characteristics Option"),
    "retain_device": ("113109", "Retain Device Identity Option"),
    "retain_uids": ("113110", "Retain UIDs Option"),
    "retain_safe_private": ("113111", "Retain Safe Private Option"),
    "retain_institution": ("113112", "Retain Institution Identity Option"),
}
"""Option to its code and meaning in DICOM PS3.16, context group 7050."""
REFUSED = {
    "clean-graphics": "overlays, curves and graphic annotations are removed whole; none is cleaned",
    "clean-structured-content": "the content of reports is replaced by dummy values; none is cleaned",
    "clean-recognizable-visual-features": "no face is removed from a picture or a volume",
}
"""Options of the Standard that are not offered, with what happens instead."""


@dataclass(frozen=True)
class Options:
    """What stays or is cleaned beyond the basic profile. All off is the basic profile.

    Args:
        retain_modified_dates: dates and times stay, shifted by a number of days that is the same for all files of a
            patient and known only to who has the key.
        retain_full_dates: dates and times stay as they are.
        retain_device: names and serial numbers of devices stay.
        retain_institution: names and addresses of institutions stay.
        retain_characteristics: age, sex, size, weight and the like stay.
        retain_uids: UIDs stay as they are.
        retain_safe_private: private elements stay that the Standard lists as safe and that hold numbers or code words.
        clean_descriptors: descriptions and comments stay word by word where the word is a known term.
        mask_text: regions that look like text are painted over in the pixels.
    """

    retain_modified_dates: bool = False
    retain_full_dates: bool = False
    retain_device: bool = False
    retain_institution: bool = False
    retain_characteristics: bool = False
    retain_uids: bool = False
    retain_safe_private: bool = False
    clean_descriptors: bool = False
    mask_text: bool = False

    def __post_init__(self) -> None:
        if self.retain_modified_dates and self.retain_full_dates:
            raise UserError(say("options", "both shifted and full dates", "one of the two"))

    def columns(self) -> tuple[str, ...]:
        """Return the option columns of the profile's table that are on."""
        names = {"modified_dates": self.retain_modified_dates, "full_dates": self.retain_full_dates,
                 "device": self.retain_device, "institution": self.retain_institution,
                 "characteristics": self.retain_characteristics, "uids": self.retain_uids,
                 "descriptors": self.clean_descriptors}
        return tuple(name for name, on in names.items() if on)

    def methods(self, masked: bool) -> tuple[tuple[str, str], ...]:
        """Return code and meaning of exactly the methods that ran on a file.

        Args:
            masked: whether the pixels of this file were searched for text and masked.

        Example:
            >>> [code for code, _ in Options(retain_device=True).methods(masked=False)]
            ['113100', '113109']
        """
        chosen = [code for name, code in CODES.items() if getattr(self, name)]
        return (BASIC, *((CLEAN_PIXELS,) if masked else ()), *chosen)

    def digest(self) -> str:
        """Return 12 hex digits that change with any option."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:12]
