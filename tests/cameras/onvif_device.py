"""A camera that answers WS-Discovery and ONVIF on this machine, with the minimum of what cameras answer."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.cameras.servers import http_server

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ENVELOPE = f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Body>%s</s:Body></s:Envelope>'
DEVICE, MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
PRESETS = {"1": "Gate", "2": "Bicycle stands", "7": ""}
PROFILES = {"p1": (1920, 1080, 25), "p2": (1280, 720, 15), "p3": (640, 360, 10)}


_PTZ_CONFIGURATION = (
    '<t:PTZConfiguration token="ptz"><t:Name>ptz</t:Name><t:UseCount>1</t:UseCount><t:NodeToken>n</t:NodeToken>'
    "</t:PTZConfiguration>"
)


def _profile(token, width, height, rate):
    return (
        f'<m:Profiles token="{token}" fixed="true"><t:Name>{token}</t:Name>'
        f'<t:VideoEncoderConfiguration token="e"><t:Name>e</t:Name><t:UseCount>1</t:UseCount>'
        "<t:Encoding>H264</t:Encoding>"
        f"<t:Resolution><t:Width>{width}</t:Width><t:Height>{height}</t:Height></t:Resolution><t:Quality>4</t:Quality>"
        f"<t:RateControl><t:FrameRateLimit>{rate}</t:FrameRateLimit><t:EncodingInterval>1</t:EncodingInterval>"
        f"<t:BitrateLimit>2048</t:BitrateLimit></t:RateControl><t:SessionTimeout>PT60S</t:SessionTimeout>"
        f"</t:VideoEncoderConfiguration>{_PTZ_CONFIGURATION if token == 'p1' else ''}</m:Profiles>"
    )


def response(request, top, password):
    """The body of the response to a request (the whole SOAP message, as text)."""
    if "GetSystemDateAndTime" in request:
        date = "<t:Time><t:Hour>1</t:Hour><t:Minute>2</t:Minute><t:Second>3</t:Second></t:Time>"
        date += "<t:Date><t:Year>2030</t:Year><t:Month>4</t:Month><t:Day>5</t:Day></t:Date>"
        return (
            f'<d:GetSystemDateAndTimeResponse xmlns:d="{DEVICE}" xmlns:t="{SCHEMA}"><d:SystemDateAndTime>'
            f"<t:DateTimeType>NTP</t:DateTimeType><t:DaylightSavings>false</t:DaylightSavings>"
            f"<t:UTCDateTime>{date}</t:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>"
        )
    if password is not None and (">admin<" not in request or "PasswordDigest" not in request):
        return (
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>"
            '<s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault>'
        )
    if "GetServices" in request:
        services = "".join(
            f"<d:Service><d:Namespace>{space}</d:Namespace><d:XAddr>{top}/onvif/{name}</d:XAddr>"
            f'<d:Version><t:Major xmlns:t="{SCHEMA}">2</t:Major><t:Minor xmlns:t="{SCHEMA}">0</t:Minor></d:Version>'
            f"</d:Service>"
            for name, space in (("device_service", DEVICE), ("media_service", MEDIA), ("ptz_service", PTZ))
        )
        return f'<d:GetServicesResponse xmlns:d="{DEVICE}">{services}</d:GetServicesResponse>'
    if "GetProfiles" in request:
        profiles = "".join(_profile(token, *size) for token, size in PROFILES.items())
        return f'<m:GetProfilesResponse xmlns:m="{MEDIA}" xmlns:t="{SCHEMA}">{profiles}</m:GetProfilesResponse>'
    if "GetPresets" in request:
        found = "".join(
            f'<p:Preset token="{token}"><t:Name>{name}</t:Name></p:Preset>' for token, name in PRESETS.items()
        )
        return f'<p:GetPresetsResponse xmlns:p="{PTZ}" xmlns:t="{SCHEMA}">{found}</p:GetPresetsResponse>'
    if "GotoPreset" in request:
        return f'<p:GotoPresetResponse xmlns:p="{PTZ}"/>'
    token = next(token for token in PROFILES if f">{token}<" in request)
    return (
        f'<m:GetStreamUriResponse xmlns:m="{MEDIA}" xmlns:t="{SCHEMA}"><m:MediaUri>'
        f"<t:Uri>rtsp://admin:secret@127.0.0.1:554/{token}</t:Uri><t:InvalidAfterConnect>false</t:InvalidAfterConnect>"
        "<t:InvalidAfterReboot>false</t:InvalidAfterReboot><t:Timeout>PT0S</t:Timeout></m:MediaUri>"
        "</m:GetStreamUriResponse>"
    )


@contextmanager
def onvif_device(password=None, asked=None, instead=None):
    """(port of its discovery, address of its service). Requests are appended to `asked`. `instead` is called with the
    handler and the request, and says whether it has answered."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if asked is not None:
                asked.append(request)
            if instead is not None and instead(self, request):
                return
            body = response(request, f"http://{self.headers['Host']}", password)
            content = (ENVELOPE % body).encode()
            self.send_response(400 if "Fault" in body else 200)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http_server(Handler) as top, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        service = f"{top}/onvif/device_service"

        def listen():
            while True:
                try:
                    request, sender = udp.recvfrom(65536)
                except OSError:
                    return
                text = request.decode(errors="replace")
                message_id = text.partition("MessageID>")[2].partition("<")[0]
                udp.sendto(_match(service, message_id).encode(), sender)

        threading.Thread(target=listen, daemon=True).start()
        yield udp.getsockname()[1], service


def _match(service, message_id):
    wsa, wsd = "http://schemas.xmlsoap.org/ws/2004/08/addressing", "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    return (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}" xmlns:a="{wsa}" xmlns:d="{wsd}" '
        'xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        f"<a:MessageID>urn:uuid:0a6dc791-2be6-4991-9af1-454778a1917a</a:MessageID><a:RelatesTo>{message_id}</a:RelatesTo>"
        f"<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        f"<a:Action>{wsd}/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
        "<a:EndpointReference><a:Address>urn:uuid:11112222-3333-4444-5555-666677778888</a:Address></a:EndpointReference>"
        "<d:Types>n:NetworkVideoTransmitter</d:Types>"
        "<d:Scopes>onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/X100</d:Scopes>"
        f"<d:XAddrs>{service}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
        "</s:Body></s:Envelope>"
    )
