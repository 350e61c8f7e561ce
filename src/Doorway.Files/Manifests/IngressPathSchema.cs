using k8s.Models;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>What the API server refuses in a path of an Ingress, in its words (<c>validateHTTPIngressPath</c>).</summary>
internal static class IngressPathSchema
{
    /// <summary>What no exact path or prefix has within (<c>invalidPathSequences</c>); nor has one of an HTTPRoute.</summary>
    internal static readonly string[] Sequences = ["//", "/./", "/../", "%2f", "%2F"];

    /// <summary>What none of them ends with (<c>invalidPathSuffixes</c>).</summary>
    internal static readonly string[] Suffixes = ["/..", "/."];

    internal static void Check(SchemaCheck check, string at, V1HTTPIngressPath? path)
    {
        var text = path?.Path ?? "";
        switch (path?.PathType)
        {
            case null:
                // The server looks no further then.
                check.Error($"{at}.pathType", "Required value: pathType must be specified");
                return;
            case "Exact" or "Prefix":
                Absolute(check, at, text);
                foreach (var sequence in Sequences.Where(s => text.Contains(s, StringComparison.Ordinal))) check.Invalid($"{at}.path", text, $"must not contain '{sequence}'");
                foreach (var suffix in Suffixes.Where(s => text.EndsWith(s, StringComparison.Ordinal))) check.Invalid($"{at}.path", text, $"cannot end with '{suffix}'");
                break;
            case "ImplementationSpecific":
                if (text.Length > 0) Absolute(check, at, text);
                break;
            case var other:
                check.Error($"{at}.pathType", $"Unsupported value: {Found.Quote(other)}: supported values: \"Exact\", \"ImplementationSpecific\", \"Prefix\"");
                break;
        }

        IngressBackendSchema.Check(check, $"{at}.backend", path.Backend);
    }

    private static void Absolute(SchemaCheck check, string at, string text)
    {
        if (!text.StartsWith('/')) check.Invalid($"{at}.path", text, "must be an absolute path");
    }
}
