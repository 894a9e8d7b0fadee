FROM scratch
ADD archive.tar /a
ADD archive.tar.gz /b/
ADD --chown=7:8 archive.tgz /c
ADD --unpack=false archive.tar.gz /d/
