using System.Globalization;
using System.Text.RegularExpressions;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The Location of a redirect action (ELBv2 API, RedirectActionConfig): placeholders stand for the request's own parts.</summary>
internal static partial class Redirect
{
    /// <summary>
    /// The Location. When the client reached a port that stands for a declared one (8080 for 80), the port in the Location is mapped the
    /// same way, so that a browser can follow it; <paramref name="mapped"/> then says so.
    /// </summary>
    internal static string Location(RedirectPlan plan, RequestFacts facts, ListenerPlan listener, Func<int, int> boundPort, out string? mapped)
    {
        // In one pass: what a placeholder stands for isn't read for placeholders again.
        string Fill(string template) => Placeholder().Replace(template, match => match.Value switch
        {
            "#{protocol}" => listener.Scheme,
            "#{host}" => facts.Host,
            "#{port}" => listener.Port.ToString(CultureInfo.InvariantCulture),
            "#{path}" => facts.Path.StartsWith('/') ? facts.Path[1..] : facts.Path,
            "#{query}" => facts.Query,
            _ => match.Value,
        });

        var protocol = Fill(plan.Protocol).ToLowerInvariant();
        var port = Fill(plan.Port);
        mapped = null;
        if (facts.HostPort == listener.Bound.Port && facts.HostPort != listener.Port && int.TryParse(port, out var declared) && boundPort(declared) != declared)
        {
            mapped = $"port {declared} is bound at {boundPort(declared)} here, so the Location names that";
            port = boundPort(declared).ToString(CultureInfo.InvariantCulture);
        }

        var query = Fill(plan.Query);
        return $"{protocol}://{Fill(plan.Host)}:{port}{Fill(plan.Path)}{(query.Length == 0 ? "" : "?" + query)}";
    }

    [GeneratedRegex(@"#\{[a-z]+\}")]
    private static partial Regex Placeholder();
}
