using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// What the API server refuses in an Ingress's backends, in its words (<c>validateIngressBackend</c>, <c>validateIngressTypedLocalObjectReference</c>). Which
/// of those that it takes a controller serves, is the hop's matter.
/// </summary>
internal static partial class IngressSchema
{
    private const int MaxGroup = 253;

    /// <summary>Checks every backend.</summary>
    internal static void Check(SchemaCheck check, V1Ingress ingress)
    {
        if (ingress.Spec?.DefaultBackend is { } standard) Backend(check, "spec", "defaultBackend", standard);
        for (var i = 0; i < (ingress.Spec?.Rules?.Count ?? 0); i++)
        {
            var paths = ingress.Spec!.Rules[i].Http?.Paths ?? [];
            for (var j = 0; j < paths.Count; j++)
            {
                if (paths[j].Backend is { Service: not null, Resource: null }) continue;
                Backend(check, $"spec.rules[{i}].http.paths[{j}]", "backend", paths[j].Backend);
            }
        }
    }

    private static void Backend(SchemaCheck check, string at, string name, V1IngressBackend? backend)
    {
        switch (backend)
        {
            case { Service: not null, Resource: not null }:
                check.Error($"{at}.{name}", "Invalid value: \"\": cannot set both resource and service backends");
                break;
            case { Resource: { } resource }:
                Resource(check, $"{at}.{name}.resource", resource);
                break;
            case { Service: not null }:
                break;
            default:
                check.Error($"{at}.{name}", "Invalid value: \"\": resource or service backend is required");
                break;
        }
    }

    private static void Resource(SchemaCheck check, string at, V1TypedLocalObjectReference resource)
    {
        // The core group is one that isn't written.
        if (resource.ApiGroup is { Length: > MaxGroup }) check.Error($"{at}.apiGroup", $"Invalid value: \"{resource.ApiGroup}\": must be no more than {MaxGroup} bytes");
        if (resource.ApiGroup is { } group && !Subdomain().IsMatch(group))
        {
            check.Error($"{at}.apiGroup", $"Invalid value: \"{group}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character");
        }

        Segment(check, at, "kind", resource.Kind);
        Segment(check, at, "name", resource.Name);
    }

    private static void Segment(SchemaCheck check, string at, string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            check.Error($"{at}.{name}", $"Required value: {name} is required");
            return;
        }

        if (text is "." or "..")
        {
            check.Error($"{at}.{name}", $"Invalid value: \"{text}\": may not be '{text}'");
            return;
        }

        foreach (var character in "/%")
        {
            if (text.Contains(character, StringComparison.Ordinal)) check.Error($"{at}.{name}", $"Invalid value: \"{text}\": may not contain '{character}'");
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();
}
