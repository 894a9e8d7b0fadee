FROM scratch
ARG V=1.0
LABEL version=$V "with space"="a b" multi="line \
two"
LABEL old style label
LABEL version="${V}-2" empty=
