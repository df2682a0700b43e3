"""The paper reproduced: what it reports, measured on networks trained here and set beside it.

The rows are those of Goudar et al. (2023), recomputed from the authors' published results files; the
networks are given as results files, so that the shipped ones suffice.
"""
