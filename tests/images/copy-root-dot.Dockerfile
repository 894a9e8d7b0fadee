FROM scratch
WORKDIR /work/dir
COPY . .
COPY src/main.py ./
COPY readme.md .
COPY readme.md sub/dir/
