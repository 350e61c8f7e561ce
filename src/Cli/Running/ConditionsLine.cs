using System.Globalization;
using Usher.Model.Road;

namespace Usher.Cli.Running;

/// <summary>The conditions of an object or of a part of it.</summary>
internal sealed record ConditionsLine(string Kind, string Name, string Part, long ObservedGeneration, IReadOnlyList<ConditionLine> Conditions, IReadOnlyDictionary<string, string> Fields)
{
    internal static ConditionsLine Of(ObjectStatus status) => new(
        status.Key.Kind, status.Key.Short, status.Part, status.ObservedGeneration,
        [.. status.Conditions.Select(c => new ConditionLine(c.Type, c.Status, c.Reason, c.Message, c.Since))], status.Fields.GroupBy(f => f.Key).ToDictionary(g => g.Key, g => string.Join(", ", g.Select(f => f.Value))));

    /// <summary>In one line: <c>HTTPRoute shop/users, parent shop/edge  Accepted True, ResolvedRefs False (BackendNotFound: …)</c>.</summary>
    public override string ToString() =>
        $"{Kind} {Name}{(Part.Length == 0 ? "" : $", {Part}")}  {string.Join(", ", Conditions.Select(Told))}{string.Concat(Fields.Where(f => f.Key != "supportedKinds").Select(f => $", {f.Key} {f.Value}"))}";

    /// <summary>As <c>kubectl describe</c> shows a status.</summary>
    internal IEnumerable<string> Described()
    {
        foreach (var c in Conditions)
        {
            yield return $"      Last Transition Time:  {c.Since.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
            yield return $"      Message:               {c.Message}";
            yield return $"      Observed Generation:   {ObservedGeneration.ToString(CultureInfo.InvariantCulture)}";
            yield return $"      Reason:                {c.Reason}";
            yield return $"      Status:                {c.Status}";
            yield return $"      Type:                  {c.Type}";
        }
    }

    // Good news is short.
    private static string Told(ConditionLine c) => IsGood(c) ? $"{c.Type} {c.Status}" : $"{c.Type} {c.Status} ({c.Reason}: {c.Message})";

    private static bool IsGood(ConditionLine c) => c.Type is "Conflicted" or "PartiallyInvalid" or "OverlappingTLSConfig" or "InsecureFrontendValidationMode" ? c.Status == "False" : c.Status == "True" && c.Reason != "ListenersNotValid";
}

/// <summary>A condition.</summary>
internal sealed record ConditionLine(string Type, string Status, string Reason, string Message, DateTimeOffset Since);
