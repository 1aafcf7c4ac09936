# Both images of Hookline, for those who build with a container engine; `make images` makes the same two without.
#
#   docker build --target manager      --build-arg VERSION=v0.1.0 -t hookline/manager:v0.1.0 .
#   docker build --target hook-runtime --build-arg VERSION=v0.1.0 -t hookline/hook-runtime:v0.1.0 .
#
# The builder runs on the building machine's platform and cross-compiles, so --platform costs no emulation.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/ ./cmd/manager ./cmd/hook-runtime
# What a static network program needs beside itself: the root certificates, a name for the user, a place for temporary files.
RUN mkdir -p /rootfs/etc/ssl/certs /rootfs/tmp \
    && chmod 1777 /rootfs/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /rootfs/etc/ssl/certs/ \
    && printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n' >/rootfs/etc/passwd \
    && printf 'root:x:0:\nnonroot:x:65532:\n' >/rootfs/etc/group

FROM scratch AS base
COPY --from=build /rootfs/ /
USER 65532:65532
WORKDIR /

FROM base AS manager
COPY --from=build /out/manager /manager
ENTRYPOINT ["/manager"]

FROM base AS hook-runtime
COPY --from=build /out/hook-runtime /hook-runtime
ENTRYPOINT ["/hook-runtime"]
