"""The commented `site.yaml` that `passerby watch --example` prints."""

EXAMPLE = """\
# A site: its cameras, what is hidden, how long recordings stay. All settings: docs/ref/site.md
# Try it with: passerby watch -c site.yaml --check

name: North hall

# Recordings and their index. Make it once with: passerby recordings init --data /var/lib/passerby
data: /var/lib/passerby

# The oldest recordings go when either limit is reached.
keep:
  days: 14
  bytes: 200GB

# The state of the site, for this machine alone: passerby status, or http://127.0.0.1:8770/metrics
status:
  port: 8770

# What holds for every camera that does not say otherwise.
defaults:
  hide: [face, plate]       # heads are hidden with faces; person hides the whole of everybody
  frames_a_second: 10
  longest_side: 1280

# What whoever is in front of the cameras may know: a page at /notice, signs, documents. See docs/guide/notice.md
# notice:
#   controller: Example School, 1 High Street, 12345 Town
#   contact: privacy@school.example
#   purposes: [Bicycles are not stolen]
#   basis: legitimate_interests
#   grounds: The property of pupils and of the school
#   url: https://school.example/notice

cameras:
  # Names are small letters, digits, - and _.
  gate:
    url: rtsp://192.168.1.20/stream1
    user: passerby
    password: ${GATE_PASSWORD}    # from the environment; never written here
    # Parts of the picture that are always covered, as shares of its width and height.
    hide_regions:
      - [[0.80, 0.00], [1.00, 0.00], [1.00, 0.30], [0.80, 0.30]]
  yard:
    url: http://192.168.1.21/video.mjpg
    hide: [person, plate]
  desk:
    url: /dev/video0
    frames_a_second: 5
"""
