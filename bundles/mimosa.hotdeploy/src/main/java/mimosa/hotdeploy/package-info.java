/** Deploys and undeploys the images in a folder. */
package mimosa.hotdeploy;
