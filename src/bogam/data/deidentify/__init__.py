"""De-identification: the DICOM confidentiality profile as data, clean copies of DICOM, NIfTI, PNG, JPEG, TIFF."""
