from scratch as x
copy readme.md /
env a=b
cmd ["c"]
