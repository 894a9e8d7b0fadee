# escape=`
FROM scratch
ENV A=C:\x B=`$x
LABEL long=a `
  two=b
COPY readme.md /x`
y
