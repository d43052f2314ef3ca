"""Admission: what may change or refuse a request after it has been read, and before it is kept."""
