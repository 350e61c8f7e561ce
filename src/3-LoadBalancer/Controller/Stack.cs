using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>What the controller makes together or not at all: of an IngressGroup, or of a Service. While something is wrong with it, what it last made stays.</summary>
/// <param name="Id">What it is known by from one compile to the next.</param>
/// <param name="Label">How it is called where it is told of.</param>
/// <param name="Members">What it is made of.</param>
/// <param name="Errors">Collects what is wrong with it.</param>
internal sealed record Stack(string Id, string Label, IReadOnlyList<(ResourceKey Key, Origin Origin)> Members, ErrorList Errors)
{
    /// <summary>What is made.</summary>
    internal IReadOnlyList<Resource> Made { get; init; } = [];

    /// <summary>What becomes of one while something is wrong with it: it stays as it was, or nothing is made of it.</summary>
    internal static string Until(string label, bool made) => $"until then {(made ? $"{label} stays as it was" : $"nothing is made of {label}")}";

    /// <summary>The member that an object was made of.</summary>
    internal (ResourceKey Key, Origin Origin) MemberOf(Resource made) =>
        Members.FirstOrDefault(m => m.Origin.File == made.Origin.File && m.Origin.Line == made.Origin.Line, Members[0]);
}
