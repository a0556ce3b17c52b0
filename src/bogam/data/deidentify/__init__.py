"""De-identification: the DICOM confidentiality profile as data, and clean copies of DICOM, NIfTI, PNG, JPEG and TIFF."""
