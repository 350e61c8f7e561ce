using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>References to other objects.</summary>
internal static class ReferenceSchema
{
    private const int MaxParentRefs = 32;
    private const int MaxWeight = 1_000_000;

    internal static void Parents(SchemaCheck check, IList<ParentReference> parents)
    {
        check.Count("spec", "parentRefs", parents.Count, MaxParentRefs);
        for (var i = 0; i < parents.Count; i++)
        {
            var (at, parent) = ($"spec.parentRefs[{i}]", parents[i]);
            Object(check, at, parent.Group, parent.Kind, parent.Name, parent.Namespace);
            check.Text(at, "sectionName", parent.SectionName, TextRules.SectionName);
            check.Number(at, "port", parent.Port, 1, 65535);
        }

        // As in the standard channel: there, a port doesn't tell two apart.
        Sections(check, "parentRefs", [.. parents.Select(p => (Key: $"{p.Group}/{p.Kind} {p.Namespace}/{p.Name}", Name: $"{p.Kind} {p.Name}", p.SectionName))]);
    }

    /// <summary>Two references to one object each name a section, and not the same one.</summary>
    internal static void Sections(SchemaCheck check, string list, IReadOnlyList<(string Key, string Name, string? Section)> references)
    {
        for (var i = 1; i < references.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (references[i].Key != references[j].Key) continue;
                var (section, other) = (references[i].Section ?? "", references[j].Section ?? "");
                if (section == other && section.Length > 0) check.Error($"spec.{list}[{i}].sectionName", $"found {section}, as in {list}[{j}]; each section of {references[i].Name} is given once");
                else if (section.Length == 0 || other.Length == 0) check.Error($"spec.{list}[{(section.Length == 0 ? i : j)}].sectionName", $"is required, since {list}[{(section.Length == 0 ? j : i)}] is {references[i].Name} too");
                else continue;
                break;
            }
        }
    }

    internal static void Backend(SchemaCheck check, string at, BackendObjectReference backend)
    {
        Object(check, at, backend.Group, backend.Kind, backend.Name, backend.Namespace);
        check.Number(at, "port", backend.Port, 1, 65535);
        if (backend is { Group: "", Kind: "Service", Port: null }) check.Error($"{at}.port", "is required for a Service: its port, not the target port");
        if (backend is BackendRef weighted) check.Number(at, "weight", weighted.Weight, 0, MaxWeight);
    }

    /// <summary>A reference whose group and kind have defaults.</summary>
    internal static void Object(SchemaCheck check, string at, string group, string kind, string name, string? ns)
    {
        check.Text(at, "group", group, TextRules.Group);
        check.Text(at, "kind", kind, TextRules.Kind);
        check.Required(at, "name", name, TextRules.ObjectName);
        check.Text(at, "namespace", ns, TextRules.Namespace);
    }

    /// <summary>A reference whose group, kind and name are all required; the core group is written as <c>""</c>.</summary>
    internal static void Full(SchemaCheck check, string at, string group, string kind, string name, string? ns = null)
    {
        check.Required(at, "group", group, TextRules.Group);
        check.Required(at, "kind", kind, TextRules.Kind);
        check.Required(at, "name", name, TextRules.ObjectName);
        check.Text(at, "namespace", ns, TextRules.Namespace);
    }
}
