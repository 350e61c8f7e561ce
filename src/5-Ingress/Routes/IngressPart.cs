using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>What one Ingress brings to a controller's routes. It stays the same object for as long as nothing that it was made of changes.</summary>
/// <param name="Ingress">The Ingress.</param>
/// <param name="Annotations">What its annotations say.</param>
internal sealed record IngressPart(Resource<V1Ingress> Ingress, IngressAnnotations Annotations)
{
    /// <summary>Its default backend, or null.</summary>
    public RoutePlan? Default { get; init; }

    /// <summary>Whether its default backend is for requests that no rule takes.</summary>
    public bool IsCatchAll { get; init; }

    /// <summary>Its rules with a valid host.</summary>
    public ImmutableArray<PartRule> Rules { get; init; } = [];

    /// <summary>Of a canary, what it takes requests from.</summary>
    public ImmutableArray<CanaryPath> CanaryPaths { get; init; } = [];

    /// <summary>Of a canary, its rules as they are where its Service isn't a canary's.</summary>
    public ImmutableArray<PartRule> OrdinaryRules { get; init; } = [];

    /// <summary>What its hosts show in handshakes.</summary>
    public ImmutableArray<(string Host, CertificatePlan Certificate)> Certificates { get; init; } = [];

    /// <summary>The Ingress as it is written now, where what isn't accepted leaves it as it last was.</summary>
    public Resource<V1Ingress> Written { get; init; } = Ingress;

    /// <summary>Whether the Ingress is accepted as it is written, or as it last was.</summary>
    public bool IsAccepted { get; init; } = true;

    /// <summary>Why the Ingress isn't accepted as it is written; null where it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>Its default backend, of a canary too; none or one.</summary>
    internal IEnumerable<BackendPlan> DefaultBackends => Default is { } own ? [own.Backend] : CanaryPaths.Where(p => p.Path is null).Select(p => p.Backend);

    /// <summary>The backends of its paths, of a canary's too, in order.</summary>
    internal IEnumerable<BackendPlan> PathBackends => CanaryPaths.Where(p => p.Path is not null).Select(p => p.Backend).Concat(Rules.SelectMany(r => r.Paths).Select(p => p.Route.Backend));

    /// <summary>All of its backends, each upstream once.</summary>
    internal IEnumerable<BackendPlan> Backends => DefaultBackends.Concat(PathBackends).DistinctBy(b => b.Upstream);

    /// <summary>Its name and the place of an annotation, or of what would have it: <c>Ingress shop/api (cluster.yaml:7)</c>.</summary>
    internal string NameAt(string annotation) => $"{Ingress.Key}{Ingress.Origin.Place(IngressAnnotations.Field(annotation))}";

    /// <summary>Whether it says something of other hosts than those of its rules.</summary>
    public bool HasOtherHosts => Annotations.FromToWww || !Annotations.Aliases.IsEmpty;
}

/// <summary>A rule of an Ingress.</summary>
/// <param name="Host">Its host; empty for any.</param>
/// <param name="Paths">Its paths, without those that are wrong.</param>
/// <param name="Skipped">Its paths that ingress-nginx skips.</param>
internal readonly record struct PartRule(string Host, ImmutableArray<PartPath> Paths, ImmutableArray<SkippedPath> Skipped);

/// <summary>A path that serves nothing, since its backend is no Service, or a canary's.</summary>
/// <param name="Label">The path, as a route's label.</param>
/// <param name="Why">Why.</param>
internal sealed record SkippedPath(string Label, string Why)
{
    /// <summary>Where it would lead; null for a backend that is no Service.</summary>
    public RoutePlan? Route { get; init; }

    /// <summary>Whether it would take a path, if it served anything.</summary>
    internal bool Takes(string path) => Route is { } route && Location.MatchesPlainly(route, path);
}

/// <summary>A path of an Ingress's rule.</summary>
/// <param name="Route">Where it leads.</param>
/// <param name="Rule">The rule's index.</param>
/// <param name="Path">The path's index.</param>
internal readonly record struct PartPath(RoutePlan Route, int Rule, int Path)
{
    /// <summary>The field that has the path, for errors.</summary>
    internal string Field => $"spec.rules[{Rule}].http.paths[{Path}].path";
}

/// <summary>A path of a canary, or its default backend.</summary>
/// <param name="Host">The rule's host; null for one that is no DNS name, and for a default backend.</param>
/// <param name="Path">The path; null for a default backend.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="Backend">Where its share of requests goes.</param>
/// <param name="Field">Where it is written.</param>
internal sealed record CanaryPath(string? Host, string? Path, PathKind? Kind, BackendPlan Backend, string Field);
