using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>
/// A redirect of a hop's own that leads to the very URL that was asked for. The answer is what was configured, and nobody ever gets another: browsers end it with ERR_TOO_MANY_REDIRECTS. What an
/// application redirects is its own matter, and may depend on a cookie.
/// </summary>
internal static class RedirectLoop
{
    /// <summary>The journey with what is wrong; the same where nothing is.</summary>
    internal static Journey Tell(Journey journey)
    {
        if (journey is not { Outcome: "ok", Status: >= 300 and < 400, AnsweredBy: { } by }) return journey;
        // After any other redirect than these a client goes on with GET.
        if (journey.Method is not ("GET" or "HEAD") && journey.Status is not (307 or 308)) return journey;
        if (journey.Hops.LastOrDefault(h => h.Hop.Name() == by) is not { Hop: Hop.LoadBalancer or Hop.Ingress } hop || hop.Facts["location"]?.GetValue<string>() is not { } location || !LeadsTo(location, journey.Url)) return journey;
        var outcome = $"{hop.Hop.Name()}.{journey.Status}.redirect-loop";
        var problem = $"the redirect leads to the URL that was asked for, {location}: a client follows it until it gives up (ERR_TOO_MANY_REDIRECTS).{Cause(journey, hop)}";
        var facts = (JsonObject)hop.Facts.DeepClone();
        (facts["outcome"], facts["problem"]) = (outcome, problem);
        return journey with { Outcome = outcome, Problem = problem, Hops = [.. journey.Hops.Select(h => ReferenceEquals(h, hop) ? h with { Ok = false, Facts = facts } : h)] };
    }

    /// <summary>Whether a Location is a URL. A port below 1024 stands for the one that was bound in its place, too.</summary>
    private static bool LeadsTo(string location, string asked) =>
        Uri.TryCreate(asked, UriKind.Absolute, out var url) && Uri.TryCreate(url, location, out var to)
        && to.Scheme == url.Scheme && to.IdnHost == url.IdnHost && to.PathAndQuery == url.PathAndQuery && (to.Port == url.Port || (to.Port < 1024 && (url.Port == to.Port + 8000 || url.Port == to.Port + 16000)));

    private static string Cause(Journey journey, HopReport hop) =>
        hop.Hop == Hop.Ingress && hop.Facts["tlsVersion"] is null && journey.Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            ? " TLS ends before the ingress, which takes the request for http: let it read X-Forwarded-Proto (use-forwarded-headers: \"true\" in its ConfigMap), or take its redirect away and leave that to the load balancer"
            : "";
}
