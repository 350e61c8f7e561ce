using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>One Ingress's annotations, read. What concerns a path or a server is applied when those are made.</summary>
internal sealed record IngressAnnotations(LocationRules Rules)
{
    // Most Ingresses have none, and are then what their controller's ConfigMap says: one object for all of them.
    private static readonly ConditionalWeakTable<NginxConfig, IngressAnnotations> Without = [];

    /// <summary><c>rewrite-target</c>.</summary>
    public string? RewriteTarget { get; init; }

    /// <summary><c>use-regex</c>.</summary>
    public bool UseRegex { get; init; }

    /// <summary><c>app-root</c>.</summary>
    public string? AppRoot { get; init; }

    /// <summary><c>server-alias</c>.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary><c>from-to-www-redirect</c>.</summary>
    public bool FromToWww { get; init; }

    /// <summary><c>ssl-passthrough</c>.</summary>
    public bool Passthrough { get; init; }

    /// <summary><c>upstream-vhost</c>.</summary>
    public string? Vhost { get; init; }

    /// <summary><c>auth-tls-*</c>.</summary>
    public ClientCertificateRule? ClientCertificate { get; init; }

    /// <summary>Set when the Ingress is a canary.</summary>
    public CanaryRule? Canary { get; init; }

    /// <summary>Whether ingress-nginx's annotation validation keeps the whole Ingress out.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>The field of an annotation, for errors.</summary>
    internal static string Field(string name) => $"metadata.annotations.{AnnotationTable.Prefix}{name}";

    /// <summary>Reads all of them, and reports those that are wrong, refused, unknown or without effect.</summary>
    internal static IngressAnnotations Read(CompileContext context, Resource<V1Ingress> ingress, NginxConfig config, BackendCompiler backends)
    {
        var written = Written(ingress);
        var names = written.Keys.Where(a => a.StartsWith(AnnotationTable.Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(a => a[AnnotationTable.Prefix.Length..]).ToList();
        foreach (var name in names) Check(context, ingress, name);
        foreach (var name in written.Keys.Order(StringComparer.Ordinal))
        {
            if (FormerAnnotations.OfForeign(name) is { } foreign) context.Warnings.Add(ingress, $"metadata.annotations.{name}", foreign);
        }

        return names.Count > 0 ? Read(context, ingress, config, backends, names) : Without.GetValue(config, _ => Read(context, ingress, config, backends, names));
    }

    private static IngressAnnotations Read(CompileContext context, Resource<V1Ingress> ingress, NginxConfig config, BackendCompiler backends, List<string> names)
    {
        var written = Written(ingress);
        var (left, invalid) = config.ValidatesAnnotations ? Validate(context, ingress, names, written) : ([], false);
        var reader = new SettingReader(
            name => written.TryGetValue(AnnotationTable.Prefix + name, out var text) && !left.Contains(name) ? text : null, (name, message) => context.Errors.Add(ingress, Field(name), message));
        var rules = new LocationRules
        {
            Proxy = ProxyRules.Read(reader, config),
            SslRedirect = reader.Flag("ssl-redirect") ?? config.SslRedirect,
            ForceSslRedirect = reader.Flag("force-ssl-redirect") ?? config.ForceSslRedirect,
            PreserveTrailingSlash = reader.Flag("preserve-trailing-slash") ?? config.PreserveTrailingSlash,
            RelativeRedirects = reader.Flag("relative-redirects") ?? config.RelativeRedirects,
            Redirect = RedirectRule.Read(reader, (name, message) => context.Warnings.Add(ingress, Field(name), message)),
            Cors = CorsRule.Read(reader),
            Sources = SourceRule.Read(reader, config),
            Limit = LimitRule.Read(reader, ingress.Key),
            Auth = BasicAuthRule.Read(reader, context, ingress, config),
            External = ExternalAuthRule.Read(reader, context, ingress.Key.Namespace) ?? (reader.Flag("enable-global-auth") == false ? null : config.GlobalAuth),
            SatisfyAny = Satisfy(reader),
            Fallback = Fallback(reader, ingress, backends),
            CustomHeaders = CustomHeaders.Read(reader, context, ingress.Key.Namespace, config),
            Rewrites = ResponseRewrites.Read(reader, config.Rewrites),
            Pace = PaceRule.Read(reader, config.Pace),
            Mirror = MirrorRule.Read(reader, ingress.Value.Metadata?.Uid),
            Next = NextUpstream.Read(reader, config.Next),
            Balance = BalanceRule.Read(reader, config.Balance, (name, message) => context.Warnings.Add(ingress, Field(name), message)),
            ForwardedPrefix = ForwardedPrefixOf(reader),
        };
        var (tls, http2) = BackendTls.Read(reader, context, ingress, config, rules.Proxy.Forward.ConnectTimeout);
        rules = rules with { BackendTls = tls, BackendHttp2 = http2, ErrorPages = ErrorPageRule.Read(reader, config, rules.External) };
        // A kept connection that has closed is an error like others.
        if (!rules.Next.Lets(NextCondition.Error, idempotent: true)) rules = rules with { Proxy = rules.Proxy with { Forward = rules.Proxy.Forward with { RetryStaleConnection = false } } };
        var all = new IngressAnnotations(rules)
        {
            RewriteTarget = reader.Text("rewrite-target"),
            UseRegex = reader.Flag("use-regex") ?? false,
            AppRoot = AppRootOf(reader),
            Aliases = AliasesOf(reader),
            FromToWww = reader.Flag("from-to-www-redirect") ?? false,
            Passthrough = reader.Flag("ssl-passthrough") ?? false,
            Vhost = Header(reader, "upstream-vhost"),
            ClientCertificate = ClientCertificateRule.Read(reader, context, ingress, config),
            Canary = CanaryRule.Read(reader, (name, message) => context.Warnings.Add(ingress, Field(name), message)),
            IsInvalid = invalid,
        };
        return all with { Rules = rules with { Annotations = [.. reader.Used] } };
    }

    private static IDictionary<string, string> Written(Resource<V1Ingress> ingress) => ingress.Value.Metadata?.Annotations ?? ImmutableDictionary<string, string>.Empty;

    private static void Check(CompileContext context, Resource<V1Ingress> ingress, string name)
    {
        switch (AnnotationTable.Of(name))
        {
            case (AnnotationState.Refused, var why):
                context.Errors.Add(ingress, Field(name), why);
                break;
            case (AnnotationState.WithoutEffect, var why):
                context.Warnings.Add(ingress, Field(name), $"has no effect here: {why}");
                break;
            case null when FormerAnnotations.Of(name) is { } former:
                context.Warnings.Add(ingress, Field(name), former);
                break;
            case null when NearestWord.Of(name, AnnotationTable.Names) is { } near:
                context.Errors.Add(ingress, Field(name), $"is no annotation of ingress-nginx; did you mean {near}?");
                break;
            case null:
                context.Warnings.Add(ingress, Field(name), "is no annotation of ingress-nginx, which ignores it too");
                break;
        }
    }

    /// <summary>Holds values to ingress-nginx's annotation validation: which annotations are left out, and whether one of them keeps the whole Ingress out.</summary>
    private static (HashSet<string> Left, bool IsInvalid) Validate(CompileContext context, Resource<V1Ingress> ingress, IEnumerable<string> names, IDictionary<string, string> written)
    {
        var (left, invalid) = (new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var name in names)
        {
            if (AnnotationValidation.Check(name, written[AnnotationTable.Prefix + name], other => written.ContainsKey(AnnotationTable.Prefix + other)) is not var (problem, ignored)) continue;
            left.Add(name);
            invalid |= !ignored;
            if (ignored) context.Warnings.Add(ingress, Field(name), problem);
            else context.Errors.Add(ingress, Field(name), problem);
        }

        return (left, invalid);
    }

    private static BackendPlan? Fallback(SettingReader reader, Resource<V1Ingress> ingress, BackendCompiler backends) =>
        reader.Text("default-backend") is { } name ? backends.FirstPort(ingress, name, Field("default-backend")) : null;

    private static bool Satisfy(SettingReader reader)
    {
        if (reader.Text("satisfy") is not { } text) return false;
        if (text is not ("any" or "all")) reader.Wrong("satisfy", text, "any or all is wanted");
        return text == "any";
    }

    private static string? AppRootOf(SettingReader reader)
    {
        if (reader.Text("app-root") is not { } root) return null;
        if (root[0] == '/' && !root.Contains('$', StringComparison.Ordinal) && !root.Any(c => c <= ' ')) return Octets.Of(root);
        reader.Wrong("app-root", root, "an absolute path is wanted");
        return null;
    }

    private static ImmutableArray<string> AliasesOf(SettingReader reader)
    {
        var aliases = ImmutableArray.CreateBuilder<string>();
        foreach (var alias in reader.List("server-alias"))
        {
            if (HostName.Of(alias) is { } host && host.Length > 0) aliases.Add(host);
            else reader.Wrong("server-alias", alias, alias.StartsWith('~') ? "a DNS name is wanted; patterns aren't supported" : HostName.Wanted);
        }

        return aliases.ToImmutable();
    }

    private static NginxTemplate? ForwardedPrefixOf(SettingReader reader)
    {
        if (Header(reader, "x-forwarded-prefix") is not { } text) return null;
        if (NginxTemplate.Parse(text, RewriteRule.MostCaptures, out var problem) is { } prefix) return prefix;
        reader.Wrong("x-forwarded-prefix", text, problem);
        return null;
    }

    private static string? Header(SettingReader reader, string name)
    {
        if (reader.Text(name) is not { } text) return null;
        if (!text.Any(c => c is < ' ' or (char)0x7F)) return text;
        reader.Wrong(name, text, "a header's value is wanted");
        return null;
    }
}
