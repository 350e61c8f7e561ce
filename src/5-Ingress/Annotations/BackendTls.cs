using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// <c>backend-protocol</c> and <c>proxy-ssl-*</c>: what the controller speaks to a backend, and how it encrypts again (ingress-nginx documentation, Backend Protocol and Backend
/// Certificate Authentication). Unless told to, it verifies nothing and sends no server name. gRPC is HTTP/2, with prior knowledge or by ALPN.
/// </summary>
internal static class BackendTls
{
    /// <summary>What nginx verifies and sends as name when proxy-ssl-name says none: the host of ingress-nginx's proxy_pass.</summary>
    private const string Nameless = "upstream_balancer";

    private static readonly string[] Names = ["proxy-ssl-secret", "proxy-ssl-verify", "proxy-ssl-verify-depth", "proxy-ssl-name", "proxy-ssl-server-name", "proxy-ssl-protocols", "proxy-ssl-ciphers"];

    /// <summary>The settings, null without TLS, and whether HTTP/2 is spoken.</summary>
    internal static (UpstreamTls? Tls, bool Http2) Read(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config, TimeSpan connectTimeout)
    {
        var (secured, http2) = Protocol(reader);
        var verify = Switch(reader, "proxy-ssl-verify") ?? false;
        var name = reader.Text("proxy-ssl-name");
        var sends = Switch(reader, "proxy-ssl-server-name") ?? false;
        var depth = reader.Number("proxy-ssl-verify-depth", 0, 100) ?? 1;
        var protocols = Protocols(reader);
        var (roots, client) = Secret(reader, context, ingress, config);
        if (!secured)
        {
            if (Names.FirstOrDefault(n => reader.Text(n) is not null) is { } idle)
                context.Warnings.Add(ingress, IngressAnnotations.Field(idle), "has no effect: backend-protocol isn't HTTPS or GRPCS, so the backend is spoken to in the plain");
            return (null, http2);
        }

        if (verify && roots is null) reader.Wrong("proxy-ssl-verify", "on", "proxy-ssl-secret with a ca.crt is wanted with it: there is nothing to verify against");
        return (new UpstreamTls
        {
            ServerName = sends ? name ?? Nameless : null,
            Trust = verify && roots is not null ? new UpstreamTrust(roots, name ?? Nameless, depth) : null,
            Protocols = protocols,
            ApplicationProtocol = http2 ? "h2" : null,
            ClientCertificate = client,
            HandshakeTimeout = connectTimeout,
        }, http2);
    }

    private static (bool Secured, bool Http2) Protocol(SettingReader reader)
    {
        switch (reader.Text("backend-protocol")?.ToUpperInvariant())
        {
            case null or "HTTP" or "AUTO_HTTP": return (false, false);
            case "HTTPS": return (true, false);
            case "GRPC": return (false, true);
            case "GRPCS": return (true, true);
            case "FCGI" or "AJP":
                reader.Wrong("backend-protocol", reader.Text("backend-protocol")!, "HTTP, HTTPS, GRPC and GRPCS are supported; FastCGI isn't");
                return default;
            default:
                reader.Wrong("backend-protocol", reader.Text("backend-protocol")!, "HTTP, HTTPS, GRPC or GRPCS is wanted");
                return default;
        }
    }

    private static bool? Switch(SettingReader reader, string name)
    {
        switch (reader.Text(name))
        {
            case null: return null;
            case "on": return true;
            case "off": return false;
            case var other:
                reader.Wrong(name, other, "\"on\" or \"off\" is wanted");
                return null;
        }
    }

    private static SslProtocols Protocols(SettingReader reader)
    {
        var protocols = SslProtocols.None;
        foreach (var word in (reader.Text("proxy-ssl-protocols") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "TLSv1.2") protocols |= SslProtocols.Tls12;
            else if (word == "TLSv1.3") protocols |= SslProtocols.Tls13;
            else if (word is not ("TLSv1" or "TLSv1.1")) reader.Wrong("proxy-ssl-protocols", word, "TLSv1.2 and TLSv1.3 are wanted");
        }

        return protocols == SslProtocols.None ? SslProtocols.Tls12 | SslProtocols.Tls13 : protocols;
    }

    /// <summary>The Secret's <c>ca.crt</c>, and its <c>tls.crt</c> and <c>tls.key</c> to show to the backend.</summary>
    private static (X509Certificate2Collection? Roots, SslStreamCertificateContext? Client) Secret(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config)
    {
        if (reader.Text("proxy-ssl-secret") is not { } name) return (null, null);
        if (new NamedSecret(reader, context, ingress, config).Find("proxy-ssl-secret", name, ingress.Key.Namespace, _ => "there is no such Secret; namespace/name is wanted") is not { } secret) return (null, null);

        X509Certificate2Collection? roots = null;
        if (secret.Value.ValueOf("ca.crt") is { } pem)
        {
            var found = CertificatePem.ReadCertificates(pem, out var problem);
            if (problem is null) roots = [.. found];
            else context.Errors.Add(secret, "data.ca.crt", problem);
        }

        if (secret.Value.ValueOf(TlsSecret.CertificateKey) is null) return (roots, null);
        var client = TlsSecret.Read(new V1Secret { Type = TlsSecret.Type, Data = secret.Value.Data, StringData = secret.Value.StringData }, out var problems);
        foreach (var wrong in problems) context.Errors.Add(secret, wrong.Field, wrong.Message);
        return (roots, client?.Context);
    }
}
