"""The plugins that every scheduler has, a file each."""
