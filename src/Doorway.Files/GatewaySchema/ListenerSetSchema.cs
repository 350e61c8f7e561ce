using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>ListenerSet.</summary>
internal static class ListenerSetSchema
{
    internal static void Check(SchemaCheck check, ListenerSetSpec spec)
    {
        var parent = spec.ParentRef;
        ReferenceSchema.Object(check, "spec.parentRef", parent.Group, parent.Kind, parent.Name, parent.Namespace);
        ListenerSchema.Check(check, spec.Listeners, ignoreCase: true);
    }
}
