package mimosa.runtime;

import mimosa.runtime.image.ImageLimits;
import mimosa.runtime.image.ImagesConfig;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

/** The configuration {@code mimosa.images}, checked. */
@Component(service = ImageSettings.class, configurationPid = ImagesConfig.PID)
@Designate(ocd = ImagesConfig.class)
public final class ImageSettings {
    private final ImageLimits limits;

    @Activate
    public ImageSettings(ImagesConfig config) {
        limits = ImageLimits.of(config);
    }

    ImageLimits limits() {
        return limits;
    }
}
