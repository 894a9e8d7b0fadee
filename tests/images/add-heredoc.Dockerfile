FROM scratch
ADD <<D /x/
content
D
