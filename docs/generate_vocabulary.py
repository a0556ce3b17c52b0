"""Write src/bogam/data/deidentify/vocabulary.txt: the words that a cleaned description may keep.

Run it after a change of pydicom: `python docs/generate_vocabulary.py`. A word stands in the list where the codes of
the DICOM context groups (as pydicom holds them) write it in small letters inside a phrase, so that eponyms and breeds,
which are written with a capital, stay out, or where the name of a DICOM element holds it; what is common on protocols
and is in neither is added by hand below, and words that are common names of persons are taken out.
"""

from __future__ import annotations

import re
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary
from pydicom.sr._concepts_dict import concepts

OUT = Path(__file__).parent.parent / "src/bogam/data/deidentify/vocabulary.txt"
SCHEMES = ("DCM", "SCT", "RADLEX", "UCUM", "LN", "NEU", "IBSI")
PROTOCOL = [
    "2d", "3d", "4d", "abd", "abdo", "abdomen", "adc", "ap", "asl", "axial", "ax", "b0", "bilat", "bold", "bone",
    "brain", "breast", "c", "cap", "cervical", "chest", "cine", "cor", "coronal", "cr", "ct", "ctdi", "cta",
    "ctpa", "cube", "cxr", "dce", "delayed", "diff", "diffusion", "dixon", "dti", "dwi", "dx", "dynamic", "ecg",
    "echo", "ep", "epi", "ext", "fast", "fat", "fgre", "fiesta", "film", "flair", "flash", "fmri", "fov", "fs",
    "fse", "ge", "gre", "haste", "head", "hr", "hrct", "iac", "io", "iv", "kub", "l", "lat", "lateral", "ldct",
    "left", "ll", "lo", "localizer", "loc", "lower", "lspine", "lt", "lumbar", "lung", "lungs", "map", "mag",
    "mammo", "mammography", "mdct", "mg", "mip", "mlo", "mm", "mpr", "mprage", "mr", "mra", "mri", "mrv", "ms",
    "mtc", "native", "neck", "nm", "o", "oblique", "obl", "oral", "pa", "pd", "pelvis", "perf", "perfusion",
    "phase", "pet", "plain", "post", "pre", "prone", "proset", "protocol", "pt", "pulmonary", "quick", "r", "rao",
    "lao", "recon", "reformat", "rest", "rf", "right", "rl", "rlo", "rml", "routine", "rt", "sag", "sagittal",
    "scan", "scout", "se", "seg", "sense", "series", "sinus", "slice", "small", "soft", "space", "spair", "spgr",
    "spin", "spine", "spiral", "standard", "std", "stir", "stress", "supine", "swi", "t", "t1", "t1w", "t2",
    "t2w", "tfe", "thick", "thin", "thorax", "tibia", "tirm", "tof", "tra", "transverse", "trufi", "tse",
    "tspine", "ul", "upper", "upright", "us", "vibe", "view", "vol", "volume", "w", "wb", "with", "without", "wo",
    "x", "xa", "xr", "ce", "tr", "te", "ti", "fa"
]
NAMES = [
    "alan", "albert", "alma", "amber", "amy", "ann", "anna", "april", "art", "august", "austin", "bell", "ben",
    "bill", "bishop", "bob", "bruce", "carmen", "carol", "carter", "charity", "cherry", "christian", "clay",
    "cole", "cook", "cooper", "daisy", "dale", "dawn", "dean", "dell", "don", "drew", "duke", "earl", "eden",
    "eve", "faith", "fern", "fisher", "florence", "forest", "frank", "gene", "george", "ginger", "glen", "grace",
    "grant", "guy", "hall", "harry", "hazel", "heather", "henry", "holly", "hope", "hunter", "iris", "ivy",
    "jack", "jade", "jasmine", "jean", "jess", "jim", "jimmy", "jo", "john", "jones", "joy", "june", "kay", "ken",
    "king", "kit", "lane", "lee", "leo", "lily", "lou", "lucy", "luke", "mark", "marsh", "mason", "max", "may",
    "miller", "min", "moss", "nick", "nova", "olive", "page", "pat", "paul", "peg", "penny", "pearl", "pierce",
    "porter", "ray", "reed", "rich", "rob", "robin", "rod", "roman", "rose", "roy", "ruby", "ruth", "sally",
    "sam", "sandy", "sean", "shepherd", "skip", "smith", "sky", "stone", "storm", "sue", "summer", "taylor",
    "ted", "terry", "tim", "tom", "tony", "troy", "turner", "van", "vera", "victor", "violet", "walker", "wayne",
    "west", "will", "willow", "wood", "wright", "young"
]


def main() -> None:
    """Collect the words and write them, one per line."""
    phrases = [meaning for scheme in SCHEMES for codes in concepts[scheme].values() for meaning, _ in codes.values()]
    words = {word for phrase in phrases for word in re.findall(r"(?<![A-Za-z])[a-z]{3,}(?![A-Za-z])", phrase)}
    for _, _, name, retired, _ in DicomDictionary.values():
        if not retired:
            words |= {word.lower() for word in re.findall(r"(?<![A-Za-z'])[A-Za-z]{3,}(?![A-Za-z'])", name)}
    words = (words | set(PROTOCOL)) - set(NAMES)
    OUT.write_text("# Written by docs/generate_vocabulary.py. Do not edit.\n" + "\n".join(sorted(words)) + "\n",
                   encoding="utf-8")
    print(f"{OUT}: {len(words)} words")


if __name__ == "__main__":
    main()
