using System.Globalization;
using k8s.Models;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>What the API server refuses in a backend of an Ingress, in its words (<c>validateIngressBackend</c>, <c>validateIngressTypedLocalObjectReference</c>).</summary>
internal static class IngressBackendSchema
{
    internal static void Check(SchemaCheck check, string at, V1IngressBackend? backend)
    {
        switch (backend)
        {
            case { Service: not null, Resource: not null }:
                check.Invalid(at, "", "cannot set both resource and service backends");
                break;
            case { Resource: { } resource }:
                Resource(check, $"{at}.resource", resource);
                break;
            case { Service: { } service }:
                Service(check, at, service);
                break;
            default:
                check.Invalid(at, "", "resource or service backend is required");
                break;
        }
    }

    private static void Service(SchemaCheck check, string at, V1IngressServiceBackend service)
    {
        if (string.IsNullOrEmpty(service.Name)) check.Error($"{at}.service.name", "Required value");
        else ServerNames.LetterLabel(check, $"{at}.service.name", service.Name);
        switch (service.Port?.Name ?? "", service.Port?.Number ?? 0)
        {
            case ("", 0):
                check.Error(at, "Required value: port name or number is required");
                break;
            case ("", < 1 or > 65535) port:
                check.Error($"{at}.service.port.number", string.Create(CultureInfo.InvariantCulture, $"Invalid value: {port.Item2}: must be between 1 and 65535, inclusive"));
                break;
            case ("", _):
                break;
            case (var name, 0):
                ServerNames.Port(check, $"{at}.service.port.name", name);
                break;
            default:
                check.Invalid(at, "", "cannot set both port name & port number");
                break;
        }
    }

    private static void Resource(SchemaCheck check, string at, V1TypedLocalObjectReference resource)
    {
        // The core group is one that isn't written.
        if (resource.ApiGroup is { } group) ServerNames.Subdomain(check, $"{at}.apiGroup", group);
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
            check.Invalid($"{at}.{name}", text, $"may not be '{text}'");
            return;
        }

        foreach (var character in "/%")
        {
            if (text.Contains(character, StringComparison.Ordinal)) check.Invalid($"{at}.{name}", text, $"may not contain '{character}'");
        }
    }
}
