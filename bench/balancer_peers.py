"""What stands beside HAProxy: nginx and Caddy with the same duties, as far as Debian's packages can do them.

All speak TLS 1.2 and newer with HTTP/2, add the same headers and a request id, and reach the same backend by
mutual TLS over kept connections. HAProxy and nginx count requests and connections of each client; Debian's
Caddy cannot.
Traefik is in no package index that can be had here; its Go module is, and not all that it is made of.
"""

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PORT = 8443
FOLDER = "/certs/current"

RECIPE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends nginx-light caddy nghttp2-client \\
 && apt-get clean && rm -rf /var/lib/apt/lists/*
"""
"""One image for peers, backend and load generator."""

_TOP = """
daemon off;
pid /tmp/nginx.pid;
error_log stderr warn;
worker_processes auto;
worker_rlimit_nofile 20000;
events { worker_connections 9000; }
"""

BACKEND = f"""{_TOP}
http {{
  access_log off;
  keepalive_requests 10000000;
  server {{
    listen {PORT} ssl;
    ssl_certificate {FOLDER}/cert.pem;
    ssl_certificate_key {FOLDER}/key.pem;
    ssl_client_certificate {FOLDER}/ca.pem;
    ssl_verify_client on;
    ssl_verify_depth 3;
    location / {{ default_type application/json; return 200 '{{"items":[]}}'; }}
  }}
}}
"""
"""Answers everything at once: what is measured is the load balancer."""

_ADDED = "\n".join(f"""      add_header {name} "{value}" always;""" for name, value in HEADERS.items())

NGINX = f"""{_TOP}
http {{
  log_format line escape=json '{{"id":"$request_id","client":"$remote_addr","path":"$uri","status":$status}}';
  access_log /dev/stdout line;
  limit_req_zone $binary_remote_addr zone=rate:10m rate=1000000r/s;
  limit_conn_zone $binary_remote_addr zone=connections:10m;
  keepalive_requests 10000000;
  upstream api {{ server api:{PORT}; keepalive 64; keepalive_requests 10000000; }}
  server {{
    listen {PORT} ssl;
    http2 on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_tickets off;
    ssl_certificate {FOLDER}/cert.pem;
    ssl_certificate_key {FOLDER}/key.pem;
    client_max_body_size 1m;
    server_tokens off;
    location / {{
      limit_req zone=rate burst=100000 nodelay;
      limit_conn connections 1500;
      proxy_pass https://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Request-ID $request_id;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_ssl_name api;
      proxy_ssl_server_name on;
      proxy_ssl_verify on;
      proxy_ssl_verify_depth 3;
      proxy_ssl_trusted_certificate {FOLDER}/ca.pem;
      proxy_ssl_certificate {FOLDER}/cert.pem;
      proxy_ssl_certificate_key {FOLDER}/key.pem;
      proxy_ssl_protocols TLSv1.3;
      add_header X-Request-ID $request_id always;
{_ADDED}
    }}
  }}
}}
"""

_SET = "\n".join(f'    {name} "{value}"' for name, value in HEADERS.items())

CADDY = f"""{{
  admin off
  auto_https off
}}
https://load-balancer:{PORT} {{
  tls {FOLDER}/cert.pem {FOLDER}/key.pem
  log {{
    output stdout
    format json
  }}
  request_body {{
    max_size 1MB
  }}
  header {{
    X-Request-ID {{http.request.uuid}}
    -Server
{_SET}
  }}
  reverse_proxy https://api:{PORT} {{
    header_up X-Request-ID {{http.request.uuid}}
    transport http {{
      tls_server_name api
      tls_trusted_ca_certs {FOLDER}/ca.pem
      tls_client_auth {FOLDER}/cert.pem {FOLDER}/key.pem
      keepalive_idle_conns 64
      keepalive_idle_conns_per_host 64
      versions 1.1
    }}
  }}
}}
"""
