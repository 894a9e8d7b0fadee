FROM scratch
ADD archive.tar.xz /x
ADD archive.tar.bz2 /b
ADD archive.tar.zst /z
