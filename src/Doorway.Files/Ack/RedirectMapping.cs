using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>A redirect action, with the checks of the ELBv2 API (RedirectActionConfig).</summary>
/// <param name="manifest">The rule or listener.</param>
/// <param name="listener">The listener, or null when it isn't known.</param>
internal sealed class RedirectMapping(AckManifest manifest, ListenerSpec? listener)
{
    internal RedirectAction? Map(string field, RedirectConfig? config)
    {
        if (config is null)
        {
            manifest.Error(field, "is required for a redirect action");
            return null;
        }

        var redirect = new RedirectAction(
            config.StatusCode ?? "",
            config.Protocol ?? "#{protocol}",
            config.Host ?? "#{host}",
            config.Port ?? "#{port}",
            config.Path ?? "/#{path}",
            config.Query ?? "#{query}");
        manifest.OneOf($"{field}.statusCode", config.StatusCode, null, RedirectAction.StatusCodes);
        manifest.OneOf($"{field}.protocol", config.Protocol, "#{protocol}", RedirectAction.Protocols);
        if (redirect.Downgrades(listener?.Protocol))
        {
            manifest.Error($"{field}.protocol", "found HTTP on an HTTPS listener; HTTPS can't be redirected to HTTP");
        }

        if (config.Port is { } port && !RedirectAction.IsPort(port))
        {
            manifest.Error($"{field}.port", $"found {Found.Quote(port)}; 1 to 65535 or #{{port}} is wanted");
        }

        Text($"{field}.host", config.Host, least: 1);
        Text($"{field}.path", config.Path, least: 1);
        Text($"{field}.query", config.Query, least: 0);
        if (config.Path is { Length: > 0 } && config.Path[0] != '/')
        {
            manifest.Error($"{field}.path", $"found {Found.Quote(config.Path)}; a path starts with /, as in /#{{path}}");
        }

        if (!redirect.LeadsAway(listener?.Protocol, listener?.Port))
        {
            const string way = "change at least one of protocol, host, port and path (a changed query alone is a loop too)";
            manifest.Error(field, $"leads back to where the request came from; {way}");
        }

        return manifest.IsWrong ? null : redirect;
    }

    private void Text(string field, string? text, int least)
    {
        if (text is null) return;
        if (text.Length < least || text.Length > RedirectAction.MaxLength) manifest.Error(field, $"found {text.Length} characters; allowed are {least} to {RedirectAction.MaxLength}");
        foreach (var keyword in RedirectAction.UnknownKeywords(text)) manifest.Error(field, $"found {keyword}; the keywords are {string.Join(" ", RedirectAction.Keywords)}");
    }
}
