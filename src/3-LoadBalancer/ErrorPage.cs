using System.Globalization;
using System.Text;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>The pages that an ALB makes by itself, for errors and redirects.</summary>
internal static class ErrorPage
{
    internal static ValueTask AnswerAsync(
        RequestPassage passage, int status, string? outcome, string? problem, params KeyValuePair<string, string>[] more)
    {
        var reason = NginxPhrase.Of(status);
        var title = string.Create(CultureInfo.InvariantCulture, $"{status} {reason}").TrimEnd();
        return AnswerAsync(passage, status, reason, Page(title, title, ""), outcome, problem, more);
    }

    /// <summary>The page for a request without TLS at an HTTPS listener: nginx's for its status 497, which goes out as 400.</summary>
    internal static ValueTask PlainHttpAsync(RequestPassage passage)
    {
        const string what = "The plain HTTP request was sent to HTTPS port";
        var page = Page($"400 {what}", "400 Bad Request", $"<center>{what}</center>\r\n");
        return AnswerAsync(passage, Refusal.PlainHttp.Status, "Bad Request", page, Refusal.PlainHttp.Outcome, Refusal.PlainHttp.Problem);
    }

    private static string Page(string title, string heading, string more) =>
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{heading}</h1></center>\r\n{more}</body>\r\n</html>\r\n";

    private static ValueTask AnswerAsync(
        RequestPassage passage, int status, string reason, string page, string? outcome, string? problem, params KeyValuePair<string, string>[] more)
    {
        var own = (LoadBalancerService.ListenerOf(passage)?.Headers ?? ListenerHeaders.Standard).Own;
        return passage.AnswerAsync(status, [.. own, new("Content-Type", "text/html"), .. more], Encoding.ASCII.GetBytes(page), outcome, problem, reason);
    }
}
