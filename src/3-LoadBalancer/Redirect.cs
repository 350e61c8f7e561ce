using System.Globalization;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The Location of a redirect action (ELBv2 API, RedirectActionConfig): placeholders stand for the request's own parts.</summary>
internal static class Redirect
{
    /// <summary>
    /// The Location. When the client reached a port that stands for a declared one (8080 for 80), the port in the Location is mapped the
    /// same way, so that a browser can follow it; <paramref name="mapped"/> then says so.
    /// </summary>
    internal static string Location(RedirectPlan plan, RequestFacts facts, ListenerPlan listener, Func<int, int> boundPort, out string? mapped)
    {
        string Fill(string template) => template
            .Replace("#{protocol}", listener.Scheme, StringComparison.Ordinal)
            .Replace("#{host}", facts.Host, StringComparison.Ordinal)
            .Replace("#{port}", listener.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("#{path}", facts.Path.TrimStart('/'), StringComparison.Ordinal)
            .Replace("#{query}", facts.Query, StringComparison.Ordinal);

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
}
