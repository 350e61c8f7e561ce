using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>GatewayClass.</summary>
internal static class GatewayClassSchema
{
    internal static void Check(SchemaCheck check, GatewayClassSpec spec)
    {
        check.Required("spec", "controllerName", spec.ControllerName, TextRules.ControllerName);
        check.Text("spec", "description", spec.Description, TextRules.Description);
        if (spec.ParametersRef is { } reference) ReferenceSchema.Full(check, "spec.parametersRef", reference.Group, reference.Kind, reference.Name, reference.Namespace);
    }
}
