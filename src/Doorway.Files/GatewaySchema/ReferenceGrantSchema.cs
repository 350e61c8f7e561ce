using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>ReferenceGrant.</summary>
internal static class ReferenceGrantSchema
{
    private const int MaxItems = 16;

    internal static void Check(SchemaCheck check, ReferenceGrantSpec spec)
    {
        check.Count("spec", "from", spec.From.Count, MaxItems, least: 1);
        for (var i = 0; i < spec.From.Count; i++)
        {
            var at = $"spec.from[{i}]";
            check.Required(at, "group", spec.From[i].Group, TextRules.Group);
            check.Required(at, "kind", spec.From[i].Kind, TextRules.Kind);
            check.Required(at, "namespace", spec.From[i].Namespace, TextRules.Namespace);
        }

        check.Count("spec", "to", spec.To.Count, MaxItems, least: 1);
        for (var i = 0; i < spec.To.Count; i++)
        {
            var at = $"spec.to[{i}]";
            check.Required(at, "group", spec.To[i].Group, TextRules.Group);
            check.Required(at, "kind", spec.To[i].Kind, TextRules.Kind);
            check.Text(at, "name", spec.To[i].Name, TextRules.ObjectName);
        }
    }
}
