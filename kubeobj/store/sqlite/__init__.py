"""The store in one file, which outlives the process: `kubeobj.store.sqlite.sqlitestore`.

What is read is in memory, as in `kubeobj.store.memory`; what is written is in the file before
anybody is told that it is. `journal` knows the file, `rows` its lines, `schema` its form, `loading`
how memory is made of it, `lockfile` who may write to it, and `copies` how it is backed up.
"""
