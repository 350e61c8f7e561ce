using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>ListenerSet.</summary>
internal static class ListenerSetSchema
{
    internal static void Check(SchemaCheck check, ListenerSetSpec spec)
    {
        const string Parent = "spec.parentRef";
        check.Text(Parent, "group", spec.ParentRef.Group, TextRules.Group);
        check.Text(Parent, "kind", spec.ParentRef.Kind, TextRules.Kind);
        check.Text(Parent, "namespace", spec.ParentRef.Namespace, TextRules.Namespace);
        check.Required(Parent, "name", spec.ParentRef.Name, TextRules.ObjectName);
        ListenerSchema.Check(check, spec.Listeners, ignoreCase: true);
    }
}
