FROM scratch
ADD fake.tar.gz /f
ADD empty.tar /e
