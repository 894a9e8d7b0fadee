FROM scratch
COPY src/link /x
COPY src/link /y/
COPY src/folderlink /z
COPY src/folderlink/a.txt /w
