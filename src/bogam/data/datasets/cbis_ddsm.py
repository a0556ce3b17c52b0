"""CBIS-DDSM: scanned film mammograms with masses or calcifications, curated from DDSM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class CbisDdsm(Dataset):
    """Scanned film mammograms with the pathology and the outline of each mass or calcification."""

    kind: Literal["cbis-ddsm"] = "cbis-ddsm"
    title: ClassVar[str] = "CBIS-DDSM (Curated Breast Imaging Subset of DDSM)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "segmentation")
    modality: ClassVar[str] = "MG"
    labels: ClassVar[tuple[str, ...]] = ("BENIGN_WITHOUT_CALLBACK", "BENIGN", "MALIGNANT")
    mask_label: ClassVar[str | None] = "lesion"
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": 3_103, "patients": 1_566, "BENIGN_WITHOUT_CALLBACK": None, "BENIGN": None, "MALIGNANT": None,
        "train/images": None, "test/images": None}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://doi.org/10.7937/K9/TCIA.2016.7O02S9CY",
        "images": "https://github.com/sposso/CBIS-DDSM-DATASET (beside 3,568 crops and 3,568 masks)"}
    group: ClassVar[str] = "the patient, P_00001 in folder names and tables; TCIA's own patient ids name one image each"
    licence: ClassVar[str] = "CC BY 3.0"
    citation: ClassVar[str] = ("Sawyer-Lee, Gimenez, Hoogi, Rubin. Curated Breast Imaging Subset of DDSM. The Cancer "
                               "Imaging Archive, 2016; Lee et al. Scientific Data 4 (2017) 170177.")
    url: ClassVar[str] = "https://doi.org/10.7937/K9/TCIA.2016.7O02S9CY"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://www.cancerimagingarchive.net/collection/cbis-ddsm/ and download the manifest of the images and "
        "the four tables mass_ and calc_case_description_train_set.csv and _test_set.csv.",
        "Open the manifest with the NBIA Data Retriever, which downloads 163.6 GB.",
        "Put the four tables beside or above the folders Mass-Training_P_... and give that folder to bogam.")
    patient: ClassVar[str] = r"(?P<patient>P_\d{5})_(?:LEFT|RIGHT)"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "training and test, drawn for masses and for calcifications apart"
    relatives: ClassVar[tuple[str, ...]] = ("ddsm",)
    defects: ClassVar[tuple[str, ...]] = (
        "The 10,239 files are mammograms, crops and masks: crops and masks are no samples of their own.",
        "There is no normal class: each image shows a mass or a calcification.",
        "TCIA counts 6,671 patients by names of folders; there are 1,566.",
        "Mask and crop of a finding lie in either order; they are told apart by size here.",
        "A mask of another size than its mammogram would be taken for a crop here.")
    file_pattern: ClassVar[str] = r"(?:^|/)(?:Mass|Calc)-(?:Training|Test)_P_\d{5}_(?:LEFT|RIGHT)_(?:CC|MLO)(?:_\d+)?/"
