# a comment
FROM scratch
# another
LABEL a=1 \
# within
      b=2 \

      c=3
COPY readme.md \
     /r
