using System.Globalization;

namespace Usher.Doorway.Files.Tests;

/// <summary>How many items the lists of Gateway API objects have: the most are allowed, one more is not.</summary>
public sealed class GatewayLimitTests
{
    private const string Backend = "{ name: users, port: 80 }";
    private const string Match = "{ path: { value: /#/ } }";
    private const string Header = "{ name: h#, value: a }";
    private const string Secret = "{ name: s# }";
    private const string Authority = "{ group: \"\", kind: ConfigMap, name: ca# }";
    private const string Named = "metadata: { name: a }\nspec: ";

    /// <summary>Kind, spec (its <c>*</c> is the list), an item (its <c>#</c> is its number), the list, the most.</summary>
    public static TheoryData<string, string, string, string, int> Lists => new()
    {
        { "HTTPRoute", "{ parentRefs: * }", "{ name: edge# }", "spec.parentRefs", 32 },
        { "HTTPRoute", "{ hostnames: * }", "h#.example.com", "spec.hostnames", 16 },
        { "HTTPRoute", "{ rules: * }", "{ name: r# }", "spec.rules", 16 },
        { "HTTPRoute", "{ rules: [{ matches: * }] }", Match, "spec.rules[0].matches", 64 },
        { "HTTPRoute", "{ rules: [{ matches: [{ headers: * }] }] }", Header, "spec.rules[0].matches[0].headers", 16 },
        { "HTTPRoute", "{ rules: [{ matches: [{ queryParams: * }] }] }", Header, "spec.rules[0].matches[0].queryParams", 16 },
        { "HTTPRoute", "{ rules: [{ backendRefs: * }] }", Backend, "spec.rules[0].backendRefs", 16 },
        { "HTTPRoute", "{ rules: [{ filters: * }] }", "{ type: RequestMirror, requestMirror: { backendRef: { name: users, port: 80 } } }", "spec.rules[0].filters", 16 },
        {
            "HTTPRoute", "{ rules: [{ backendRefs: [{ name: users, port: 80, filters: * }] }] }", "{ type: ExtensionRef, extensionRef: { group: a, kind: B, name: c } }",
            "spec.rules[0].backendRefs[0].filters", 16
        },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { set: * } }] }] }", Header, "spec.rules[0].filters[0].requestHeaderModifier.set", 16 },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { add: * } }] }] }", Header, "spec.rules[0].filters[0].requestHeaderModifier.add", 16 },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: * } }] }] }", "h#", "spec.rules[0].filters[0].requestHeaderModifier.remove", 16 },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: CORS, cors: { allowOrigins: * } }] }] }", "\"https://h#.example.com\"", "spec.rules[0].filters[0].cors.allowOrigins", 64 },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: CORS, cors: { allowHeaders: * } }] }] }", "h#", "spec.rules[0].filters[0].cors.allowHeaders", 64 },
        { "HTTPRoute", "{ rules: [{ filters: [{ type: CORS, cors: { exposeHeaders: * } }] }] }", "h#", "spec.rules[0].filters[0].cors.exposeHeaders", 64 },
        { "GRPCRoute", "{ rules: * }", "{ name: r# }", "spec.rules", 16 },
        { "GRPCRoute", "{ rules: [{ matches: * }] }", "{ method: { service: s# } }", "spec.rules[0].matches", 64 },
        { "GRPCRoute", "{ rules: [{ backendRefs: * }] }", Backend, "spec.rules[0].backendRefs", 16 },
        { "TLSRoute", "{ rules: [{ backendRefs: [{ name: users, port: 80 }] }], hostnames: * }", "h#.example.com", "spec.hostnames", 1024 },
        { "TCPRoute", "{ rules: [{ backendRefs: * }] }", Backend, "spec.rules[0].backendRefs", 16 },
        { "UDPRoute", "{ rules: * }", "{ backendRefs: [{ name: users, port: 80 }] }", "spec.rules", 1 },
        { "Gateway", "{ gatewayClassName: a, listeners: * }", "{ name: l#, port: 1#, protocol: HTTP }", "spec.listeners", 64 },
        { "Gateway", "{ gatewayClassName: a, listeners: [{ name: a, port: 80, protocol: HTTP }], addresses: * }", "{ value: 10.0.0.# }", "spec.addresses", 16 },
        { "Gateway", "{ gatewayClassName: a, listeners: [{ name: a, port: 443, protocol: HTTPS, tls: { certificateRefs: * } }] }", Secret, "spec.listeners[0].tls.certificateRefs", 64 },
        { "Gateway", "{ gatewayClassName: a, listeners: [{ name: a, port: 80, protocol: HTTP, allowedRoutes: { kinds: * } }] }", "{ kind: K# }", "spec.listeners[0].allowedRoutes.kinds", 8 },
        {
            "Gateway", "{ gatewayClassName: a, listeners: [{ name: a, port: 80, protocol: HTTP }], tls: { frontend: { default: { validation: { caCertificateRefs: * } } } } }", Authority,
            "spec.tls.frontend.default.validation.caCertificateRefs", 16
        },
        { "ListenerSet", "{ parentRef: { name: a }, listeners: * }", "{ name: l#, port: 1#, protocol: HTTP }", "spec.listeners", 64 },
        { "ReferenceGrant", "{ to: [{ group: \"\", kind: Service }], from: * }", "{ group: a, kind: B, namespace: c# }", "spec.from", 16 },
        { "ReferenceGrant", "{ from: [{ group: a, kind: B, namespace: c }], to: * }", "{ group: \"\", kind: Service, name: s# }", "spec.to", 16 },
        {
            "BackendTLSPolicy", "{ validation: { hostname: a.example.com, wellKnownCACertificates: System }, targetRefs: * }", "{ group: \"\", kind: Service, name: s# }",
            "spec.targetRefs", 16
        },
        {
            "BackendTLSPolicy", "{ targetRefs: [{ group: \"\", kind: Service, name: s }], validation: { hostname: a.example.com, caCertificateRefs: * } }", Authority,
            "spec.validation.caCertificateRefs", 16
        },
        {
            "BackendTLSPolicy", "{ targetRefs: [{ group: \"\", kind: Service, name: s }], validation: { hostname: a.example.com, wellKnownCACertificates: System, subjectAltNames: * } }",
            "{ type: Hostname, hostname: h#.example.com }", "spec.validation.subjectAltNames", 5
        },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_has_so_many_items_and_no_more(string kind, string spec, string item, string list, int most)
    {
        Assert.Empty(Text.Load(Object(kind, spec, item, most)).Errors);

        var error = Text.Error(Object(kind, spec, item, most + 1));

        Assert.Equal(list, error.Field);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"found {most + 1} items; the most are {most}"), error.Message);
    }

    [Theory]
    [InlineData("HTTPRoute", Match)]
    [InlineData("GRPCRoute", "{ method: { service: s# } }")]
    public void A_route_has_at_most_128_matches_in_all_rules(string kind, string match)
    {
        var two = $"{{ rules: [{{ matches: {Items(match, 64)} }}, {{ matches: {Items(match, 63)} }}, {{ matches: * }}] }}";
        Assert.Empty(Text.Load(Object(kind, two, match, 1)).Errors);

        Assert.Equal("found 129 matches in all rules; the most of a route are 128", Text.Error(Object(kind, two, match, 2)).Message);
    }

    [Theory]
    [InlineData("labels", 8)]
    [InlineData("annotations", 16)]
    public void A_map_has_so_many_entries_and_no_more(string map, int most)
    {
        var spec = $"{{ gatewayClassName: a, listeners: [{{ name: a, port: 80, protocol: HTTP }}], infrastructure: {{ {map}: {{ # }} }} }}";
        string Object(int count) => $"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n{Named}{spec.Replace("#", string.Join(", ", Enumerable.Range(0, count).Select(i => $"k{i}: v")), StringComparison.Ordinal)}";
        Assert.Empty(Text.Load(Object(most)).Errors);

        Assert.Equal($"found {most + 1} entries; the most are {most}", Text.Error(Object(most + 1)).Message);
    }

    private static string Object(string kind, string spec, string item, int count) =>
        $"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\n{Named}{spec.Replace("*", Items(item, count), StringComparison.Ordinal)}\n";

    private static string Items(string item, int count) =>
        $"[{string.Join(", ", Enumerable.Range(1, count).Select(i => item.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)))}]";
}
