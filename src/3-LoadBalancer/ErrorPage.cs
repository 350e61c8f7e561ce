using System.Globalization;
using System.Text;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>The pages that an ALB makes by itself, for errors and redirects.</summary>
internal static class ErrorPage
{
    /// <summary>What an ALB calls itself.</summary>
    internal const string Server = "awselb/2.0";

    internal static ValueTask AnswerAsync(
        RequestPassage passage, int status, string? outcome, string? problem, params KeyValuePair<string, string>[] more)
    {
        var reason = NginxPhrase.Of(status);
        var title = string.Create(CultureInfo.InvariantCulture, $"{status} {reason}").TrimEnd();
        var page = $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n";
        return passage.AnswerAsync(
            status, [new("Server", Server), new("Content-Type", "text/html"), .. more], Encoding.ASCII.GetBytes(page), outcome, problem, reason);
    }
}
