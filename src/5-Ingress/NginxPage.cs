using System.Globalization;
using System.Text;
using Usher.Seam;

namespace Usher.Ingress;

/// <summary>nginx's own pages, without its version (server-tokens is off in ingress-nginx).</summary>
internal static class NginxPage
{
    /// <summary>The reason phrase of nginx's status line.</summary>
    internal static string Phrase(int status) => status == 302 ? "Moved Temporarily" : NginxPhrase.Of(status);

    /// <summary>The page of a status.</summary>
    internal static byte[] Of(int status)
    {
        var title = status == 401 ? "401 Authorization Required" : string.Create(CultureInfo.InvariantCulture, $"{status} {NginxPhrase.Of(status)}");
        return Encoding.ASCII.GetBytes($"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
    }

    /// <summary>The page of a 400 that has a reason of its own, as nginx's codes 494 and 497 have.</summary>
    internal static byte[] BadRequest(string title, string why) => Encoding.ASCII.GetBytes(
        $"<html>\r\n<head><title>400 {title}</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>{why}</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
}
