"""The manifests as data: built, taken apart, held against schemas and against each other."""
