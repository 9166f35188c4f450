{{- define "dittoo.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "dittoo.selector" -}}
app.kubernetes.io/name: dittoo
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "dittoo.labels" -}}
{{ include "dittoo.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* What a service has: its own settings over the defaults. Call with (dict "root" $ "name" name). */ -}}
{{- define "dittoo.settings" -}}
{{- $own := index .root.Values.services .name | default dict -}}
{{- mustMergeOverwrite (deepCopy .root.Values.defaults) $own | toYaml -}}
{{- end }}

{{- define "dittoo.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "dittoo.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* Where a key of a secret becomes a variable. (list variable secret key) */ -}}
{{- define "dittoo.fromSecret" -}}
- name: {{ index . 0 }}
  valueFrom: { secretKeyRef: { name: {{ index . 1 }}, key: {{ index . 2 }} } }
{{- end }}

{{- define "dittoo.tablesEnv" -}}
{{- $secret := required "secrets.database: the name of the secret with the URL of the database" .Values.secrets.database }}
{{ include "dittoo.fromSecret" (list "DATABASE_URL" $secret .Values.secrets.databaseKey) }}
{{ include "dittoo.fromSecret" (list "KEY_RING_DATABASE_URL" (.Values.secrets.keyRing | default $secret) .Values.secrets.keyRingKey) }}
{{- end }}

{{- /* The log and a service's own rows, without any key: what the relay has. */ -}}
{{- define "dittoo.logEnv" -}}
{{- $secret := required "secrets.database: the name of the secret with the URL of the database" .Values.secrets.database }}
{{ include "dittoo.fromSecret" (list "DATABASE_URL" $secret .Values.secrets.databaseKey) }}
{{- with .Values.secrets.eventStore }}
{{ include "dittoo.fromSecret" (list "EVENT_STORE_URL" . "event-store-url") }}
{{- end }}
{{- end }}

{{- define "dittoo.databaseEnv" -}}
{{ include "dittoo.tablesEnv" . }}
- { name: KEY_ENCRYPTION_KEY_FILE, value: /keys/key-encryption-key/key-encryption-key.json }
{{- with .Values.secrets.eventStore }}
{{ include "dittoo.fromSecret" (list "EVENT_STORE_URL" . "event-store-url") }}
{{- end }}
{{- end }}

{{- define "dittoo.kafkaEnv" -}}
- name: KAFKA_BROKERS
  value: {{ required "kafka.brokers: host:port, several with a comma between them" .Values.kafka.brokers | quote }}
- { name: KAFKA_TOPIC_PREFIX, value: {{ .Values.kafka.topicPrefix | quote }} }
{{- with .Values.secrets.kafka }}
- name: KAFKA_USERNAME
  value: {{ required "kafka.username, where secrets.kafka is" $.Values.kafka.username | quote }}
{{ include "dittoo.fromSecret" (list "KAFKA_PASSWORD" . "password") }}
{{- end }}
{{- if .Values.secrets.kafkaCa }}
- { name: KAFKA_CA_FILE, value: /keys/kafka-ca/ca.crt }
{{- end }}
{{- end }}

{{- /* Volumes of keys: (dict "root" $ "keys" (list …)). */ -}}
{{- define "dittoo.keyVolumes" -}}
{{- $secrets := .root.Values.secrets -}}
{{- range .keys }}
{{- if eq . "key-encryption-key" }}
- name: key-encryption-key
  secret:
    secretName: {{ required "secrets.keyEncryptionKey: the name of the secret with key-encryption-key.json" $secrets.keyEncryptionKey }}
    defaultMode: 0440
{{- else if eq . "service-signing-key" }}
- name: service-signing-key
  secret:
    secretName: {{ required "secrets.serviceSigningKey: the name of the secret with service-signing-key.pem" $secrets.serviceSigningKey }}
    defaultMode: 0440
{{- else if eq . "service-verification-key" }}
- name: service-verification-key
  secret:
    secretName: {{ required "secrets.serviceVerificationKey: the name of the secret with service-verification-key.pem" $secrets.serviceVerificationKey }}
    defaultMode: 0440
{{- else if and (eq . "event-store-ca") $secrets.eventStoreCa }}
- name: event-store-ca
  secret:
    secretName: {{ $secrets.eventStoreCa }}
    defaultMode: 0440
{{- else if and (eq . "kafka-ca") $secrets.kafkaCa }}
- name: kafka-ca
  secret:
    secretName: {{ $secrets.kafkaCa }}
    defaultMode: 0440
{{- end }}
{{- end }}
{{- end }}

{{- define "dittoo.keyMounts" -}}
{{- $secrets := .root.Values.secrets -}}
{{- range .keys }}
{{- if and (or (ne . "kafka-ca") $secrets.kafkaCa) (or (ne . "event-store-ca") $secrets.eventStoreCa) }}
- { name: {{ . }}, mountPath: /keys/{{ . }}, readOnly: true }
{{- end }}
{{- end }}
{{- end }}

{{- /* The endpoints processor-forwarding may go to, as JSON: { "items": [{ host, port }] }. */ -}}
{{- define "dittoo.endpoints" -}}
{{- $items := list -}}
{{- if .Values.egress.endpoints -}}
{{- $items = .Values.egress.endpoints -}}
{{- else -}}
{{- range (.Files.Get "files/egress.yaml" | fromYaml).endpoints -}}
{{- if has .environment $.Values.egress.environments -}}
{{- $items = append $items (dict "host" .host "port" .port) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end }}

{{- /* Their ports, each once, as JSON. */ -}}
{{- define "dittoo.endpointPorts" -}}
{{- $ports := list -}}
{{- range (include "dittoo.endpoints" . | fromJson).items -}}
{{- $ports = append $ports (int .port) -}}
{{- end -}}
{{- dict "items" ($ports | uniq) | toJson -}}
{{- end }}

{{- define "dittoo.proxyName" -}}
{{ .Release.Name }}-egress-proxy
{{- end }}

{{- /* The most pods of each service: autoscaled or not, and one more during a rollout. The connections of a pod are divided as the code divides them. */ -}}
{{- define "dittoo.requireConnections" -}}
{{- $main := 0 -}}
{{- $keyRing := 0 -}}
{{- range $name := keys .Values.services -}}
{{- $settings := include "dittoo.settings" (dict "root" $ "name" $name) | fromYaml -}}
{{- $pods := int $settings.replicas -}}
{{- if $settings.autoscaling.enabled -}}
{{- $pods = min (int $settings.autoscaling.maxReplicas) (int $.Values.kafka.partitions) -}}
{{- end -}}
{{- $pods = add $pods 1 -}}
{{- $all := int $settings.connections -}}
{{- $ofPod := add (max 4 (div (mul $all 12) 42)) (max 4 (div (mul $all 8) 42)) (max 5 (div (mul $all 16) 42)) 3 -}}
{{- $main = add $main (mul $pods $ofPod) -}}
{{- $keyRing = add $keyRing (mul $pods (max 2 (div (mul $all 6) 42))) -}}
{{- end -}}
{{- $left := sub (int .Values.database.maxConnections) (int .Values.database.reserved) -}}
{{- if gt $main $left -}}
{{- fail (printf "database.maxConnections: all pods together open up to %d connections, %d are left for them: raise it (and the server's max_connections), or lower connections or maxReplicas" $main $left) -}}
{{- end -}}
{{- $left = sub (int .Values.database.keyRingMaxConnections) (int .Values.database.reserved) -}}
{{- if gt $keyRing $left -}}
{{- fail (printf "database.keyRingMaxConnections: all pods together open up to %d connections, %d are left for them" $keyRing $left) -}}
{{- end -}}
{{- end }}
