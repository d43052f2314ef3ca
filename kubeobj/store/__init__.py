"""The truth: what is stored, what has changed, and who is told.

Start with `kubeobj.store.record` (what is stored) and `store` (what every store promises). The
rooms beside them: `memory` (the store in this process), `collection` (the objects of one resource
and their indexes), `history` (what has changed), `listing` (one page of a list, now or then),
`watch` (who is told) and `snapshot` (a whole store as text).
"""
