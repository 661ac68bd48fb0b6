"""The commented `site.yaml` that `passerby watch --example` prints."""

EXAMPLE = """\
# A site: its cameras, what is masked, how long recordings are kept. All settings: docs/ref/site.md
# Check it with: passerby watch -c site.yaml --check

name: North hall

# Folder for recordings and their index. Create it once: passerby recordings init --data /var/lib/passerby
data: /var/lib/passerby

# The oldest recordings are deleted when either limit is reached.
retention:
  days: 14
  bytes: 200GB

# Status of the site, on this machine only: passerby status, or http://127.0.0.1:8770/metrics
status:
  port: 8770

# Defaults for all cameras; a camera may override them.
defaults:
  hide: [face, plate]       # face includes heads; person masks whole persons
  max_fps: 10
  max_dimension: 1280

# Information for the people in front of the cameras: a page at /notice, signs, documents. See docs/guide/notice.md
# notice:
#   controller: Example School, 1 High Street, 12345 Town
#   contact: privacy@school.example
#   purposes: [Prevention of bicycle theft]
#   basis: legitimate_interests
#   grounds: Protection of the property of pupils and of the school
#   url: https://school.example/notice

cameras:
  # Names consist of lower-case letters, digits, - and _.
  gate:
    url: rtsp://192.168.1.20/stream1
    user: passerby
    password: ${GATE_PASSWORD}    # from the environment; never write it here
    # Areas that are always masked: polygons in shares of width and height.
    hide_regions:
      - [[0.80, 0.00], [1.00, 0.00], [1.00, 0.30], [0.80, 0.30]]
  yard:
    url: http://192.168.1.21/video.mjpg
    hide: [person, plate]
  desk:
    url: /dev/video0
    max_fps: 5
"""
