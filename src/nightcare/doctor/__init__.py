"""Diagnosis of the installation: problems and their fixes."""
