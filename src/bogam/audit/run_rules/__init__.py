"""Rules on how the runs of a study were done. One file each."""
